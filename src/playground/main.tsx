/**
 * The playground: the same engine, formats, kernel model, scenarios and explanations as the command, in a page.
 *
 * This layer draws, and keeps what is drawn in the address. It decides nothing about ids.
 */
import { render } from "preact";
import { App } from "./page/app.tsx";
import "./page/style.css";

const page = document.getElementById("page");
if (page) render(<App />, page);
