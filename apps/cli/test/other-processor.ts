// Loaded before the command: as if this were no x64.
Object.defineProperty(process, 'arch', { value: 'riscv64' });
