import type { ImageReference } from '../image/reference.ts';

/** Whether the port of HTTPS is compared as a part of a registry, or as if nobody had written it. */
export type DefaultPort = 'kept' | 'dropped';

/** How entries and images are read before they are compared. */
export interface PortReading {
  /** Of an entry, its host alone, or both with a path. */
  readonly entry: (entry: string) => string;
  readonly image: (image: ImageReference) => ImageReference;
}

/** At the end of a host, so not within an IPv6 address. Zeros before it make no other port for those who connect. */
const PORT = /:0*443(?=\/|$)/;

const AS_WRITTEN: PortReading = { entry: (entry) => entry, image: (image) => image };

const WITHOUT: PortReading = {
  entry: (entry) => entry.replace(PORT, ''),
  image: (image) => {
    const { registry } = image;
    return registry === undefined || !PORT.test(registry) ? image : { ...image, registry: registry.replace(PORT, '') };
  },
};

/** `dropped` takes `docker.io:443/nginx` for Docker Hub's nginx, as whoever pulls it does. */
export function portReading(defaultPort: DefaultPort): PortReading {
  return defaultPort === 'dropped' ? WITHOUT : AS_WRITTEN;
}
