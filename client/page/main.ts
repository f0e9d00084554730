// The page starts here.
import { startApp } from "./app.js";

startApp();
