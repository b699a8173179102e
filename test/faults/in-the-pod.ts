/** The memory that a gate has by deploy/. */
export const MEMORY_MIB = 1024;

/** Node takes half of a container's memory for its heap; beside a cluster it would take half of the machine's. */
export const inThePod = { NODE_OPTIONS: `--max-old-space-size=${MEMORY_MIB / 2}` };
