// Loaded before the program: lets it think that Node.js is older.
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } });
Object.defineProperty(process, 'version', { value: 'v20.19.0' });
