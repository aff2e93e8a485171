// Loaded before the program: a fault that nobody thought of, when the test asks for it.
process.once('SIGUSR2', () => {
  throw new Error('a fault');
});
