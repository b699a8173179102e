// Loaded ahead of all tests. Node passes the variable on to each child, and hundreds of them would spend their time
// writing what nobody reads. This process has read it when it started.
/** Where to write the coverage of the gates that tests start as processes; undefined if nobody asks for it. */
export const coverage = process.env['NODE_V8_COVERAGE'];
delete process.env['NODE_V8_COVERAGE'];
