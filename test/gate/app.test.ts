import { expect } from 'chai';
import Koa from 'koa';

describe('Koa', () => {
  // createApp replaces it. Were it called otherwise one day, Koa's own would come back without a word, and with its cost.
  it('has the method that the gate replaces', () => {
    expect(Koa.prototype).to.respondTo('handleRequest');
  });
});
