export type { FramewireViewElement, FramewireViewEventMap, ViewStats, ViewStatus } from './view/view-api.js';
