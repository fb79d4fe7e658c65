import type { Cluster, Redis } from 'ioredis'

// Not by its class, of which there is another one in each ioredis that is installed.
export const isCluster = (redis: Redis | Cluster): redis is Cluster => redis.isCluster

/** The connections to a cluster's servers, those that are known by now; or the one to a server alone. */
export const nodesOf = (redis: Redis | Cluster, role: 'all' | 'master'): readonly Redis[] =>
  isCluster(redis) ? redis.nodes(role) : [redis]
