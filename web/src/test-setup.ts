import { configure } from '@testing-library/svelte';
import { afterEach } from 'vitest';

// As in vite.config.ts: nothing is late before that.
configure({ asyncUtilTimeout: 10_000 });

afterEach(() => {
  localStorage.clear();
});
