import { AV_LOG_FATAL } from 'node-av/constants';
import { Log } from 'node-av/lib';

// What goes wrong comes back as numbers and becomes sentences; FFmpeg's own lines on stderr would say it twice.
Log.setLevel(AV_LOG_FATAL);
