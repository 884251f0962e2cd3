import 'uplot/dist/uPlot.min.css';
import './view/theme.css';
import './view/layout.css';
import './view/controls.css';
import './view/networks.css';
import { render } from 'preact';
import { open } from './state/session.ts';
import { Playground } from './view/playground.tsx';

const root = document.getElementById('playground')!;
root.replaceChildren();
render(<Playground />, root);
open();
