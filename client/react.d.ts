import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { FramewireViewElement } from '@framewire/client/element';

interface FramewireViewAttributes extends HTMLAttributes<FramewireViewElement> {
  src?: string | undefined;
  token?: string | undefined;
  stream?: string | undefined;
  quality?: number | 'source' | undefined;
  resolution?: 'auto' | 'source' | undefined;
  'max-width'?: number | undefined;
  'max-height'?: number | undefined;
  fps?: number | undefined;
  mode?: 'auto' | 'fixed' | undefined;
  'latency-budget'?: number | undefined;
  paused?: boolean | undefined;
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'framewire-view': DetailedHTMLProps<FramewireViewAttributes, FramewireViewElement>;
    }
  }
}
