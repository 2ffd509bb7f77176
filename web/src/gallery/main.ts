import { mount } from 'svelte';
import '../app.css';
import Page from '../App.svelte';
import { live } from '../engine/host';
import type { Language } from '../engine/types';
import Unable from '../main/Unable.svelte';
import { App } from '../state/app.svelte';
import { forgetChoices, keep, type Theme } from '../state/prefs.svelte';
import { Around } from './around';
import { settle } from './hands';
import Index from './Index.svelte';
import { scenes } from './scenes';
import { broken, WINDOW } from './scenes-window';
import { Scripted } from './scripted';

const asked = new URL(location.href).searchParams;
const target = document.querySelector('#app') ?? document.body;
const name = asked.get('scene') ?? '';
const scene = scenes[name];
const failure = broken[name];
const names = [...Object.keys(scenes), ...Object.keys(broken)];
const around = new Around();
if (name.startsWith(WINDOW)) live(around);

forgetChoices();
keep({ policy: 'hidden', language: asked.get('language') as Language | null });
keep({ theme: asked.get('theme') as Theme });

if (failure) {
  mount(Unable, { target, props: { failure } });
  await settle();
} else if (scene) {
  const engine = new Scripted();
  const app = new App(engine);
  mount(Page, { target, props: { app } });
  await settle();
  await scene({ engine, app, around });
  await settle();
} else {
  mount(Index, { target, props: { names } });
}
document.body.dataset['ready'] = names.join(' ');
