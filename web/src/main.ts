import { mount } from 'svelte';
import './app.css';
import Page from './App.svelte';
import { connect } from './engine/connect';
import { asFailure, type Engine } from './engine/engine';
import Unable from './main/Unable.svelte';
import { App } from './state/app.svelte';

const target = document.querySelector('#app');

function begin(target: Element, engine: Engine): void {
  mount(Page, { target, props: { app: new App(engine) } });
}

function explain(target: Element, thrown: unknown): void {
  mount(Unable, { target, props: { failure: asFailure(thrown) } });
}

if (target) {
  await connect().then(
    (engine) => begin(target, engine),
    (thrown: unknown) => explain(target, thrown),
  );
}
