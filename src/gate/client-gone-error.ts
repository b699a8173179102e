/** The client closed the connection before its request was complete: nobody is left to be answered. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}
