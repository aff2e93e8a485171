// Loaded before the program: lets it think that this is Windows.
Object.defineProperty(process, 'platform', { value: 'win32' });
