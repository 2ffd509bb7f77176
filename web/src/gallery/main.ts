import { mount } from 'svelte';
import '../app.css';
import Page from '../App.svelte';
import type { Language } from '../engine/types';
import { App } from '../state/app.svelte';
import { forgetChoices, keep, type Theme } from '../state/prefs.svelte';
import { settle } from './hands';
import Index from './Index.svelte';
import { scenes } from './scenes';
import { Scripted } from './scripted';

const asked = new URL(location.href).searchParams;
const target = document.querySelector('#app') ?? document.body;
const scene = scenes[asked.get('scene') ?? ''];

forgetChoices();
keep({ policy: 'hidden', language: asked.get('language') as Language | null });
keep({ theme: asked.get('theme') as Theme });

if (scene) {
  const engine = new Scripted();
  const app = new App(engine);
  mount(Page, { target, props: { app } });
  await settle();
  await scene({ engine, app });
  await settle();
} else {
  mount(Index, { target, props: { names: Object.keys(scenes) } });
}
document.body.dataset['ready'] = Object.keys(scenes).join(' ');
