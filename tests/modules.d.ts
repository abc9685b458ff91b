// Modules of others that have no types.
declare module '*.min.js';
