// Where the page begins.
import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { jobs } from './live/jobs.svelte';
import { theme } from './ui/theme.svelte';

theme.start();
jobs.start();
mount(App, { target: document.getElementById('app')! });
