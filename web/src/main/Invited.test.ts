import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { Around } from '../gallery/around';
import { zh } from '../i18n/zh-CN';
import { keep } from '../state/prefs.svelte';
import Invited from './Invited.svelte';

const user = userEvent.setup();
const RIVER = 'floater://river.example';
const LAKE = 'floater://lake.example';

beforeEach(() => keep({ language: 'zh-CN' }));

test('whoever reads one question is not asked another one in its place', async () => {
  const host = new Around();
  render(Invited, { host, busy: false });
  host.invite(RIVER);
  await screen.findByText(RIVER);
  host.invite(LAKE);
  await user.click(screen.getByRole('button', { name: zh.server.stay }));
  expect(screen.queryByText(RIVER)).toBeNull();
  expect(screen.queryByText(LAKE)).toBeNull();
  host.invite(LAKE);
  expect(await screen.findByText(LAKE)).toBeTruthy();
});
