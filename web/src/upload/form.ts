// A file as one form, with a request that tells how far it is.
import { problemFrom, Refusal, type Schemas } from '../api/client';
import type { Listener, Sending } from './sender';

export function sendForm(file: File, listener: Listener): Sending {
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.append('video', file, file.name);
  request.open('POST', '/api/v1/videos/upload');
  request.responseType = 'json';
  request.upload.onprogress = (event) => listener.progress(Math.min(event.loaded, file.size));
  request.onload = () => {
    if (request.status === 201) return listener.done((request.response as Schemas['Uploaded']).id);
    listener.failed(new Refusal(problemFrom(request.response, request.status)).message);
  };
  request.onerror = () => listener.failed('the connection broke off');
  request.send(form);
  const stop = () => request.abort();
  return { stop, discard: stop };
}
