import { mount } from 'svelte';
import './app.css';
import Page from './App.svelte';
import { connect } from './engine/connect';
import { App } from './state/app.svelte';

const target = document.querySelector('#app');
if (target) mount(Page, { target, props: { app: new App(await connect()) } });
