// Loaded ahead of all tests. Coverage is taken of this process, where all that must be covered is tested: Node passes the
// variable on to each child, and hundreds of them would spend their time writing what nobody reads. This process has
// read it when it started.
delete process.env['NODE_V8_COVERAGE'];
