/** How one of several hosts is chosen. */
import { localityLb, zoneAwareLb, type LocalityLoadBalancerSetting, type ZoneAwareLoadBalancerSetting } from './locality-lb.ts'
import { bool, double, duration, enumeration, list, message, nullable, plainDuration, text, uint32, uint64, type Field } from './schema/index.ts'

/** Load balancing; one of simple, consistentHash and backendUtilization. */
export interface LoadBalancerSettings {
  /** Default LEAST_REQUEST. LEAST_CONN is its old name; PASSTHROUGH keeps the address the client chose. */
  readonly simple?: 'UNSPECIFIED' | 'LEAST_CONN' | 'RANDOM' | 'PASSTHROUGH' | 'ROUND_ROBIN' | 'LEAST_REQUEST'
  readonly consistentHash?: ConsistentHashLb
  /** Weights from load reports of the hosts (ORCA). */
  readonly backendUtilization?: BackendUtilizationLb
  /** Replaces the setting of the mesh. */
  readonly localityLbSetting?: LocalityLoadBalancerSetting
  readonly zoneAwareLbSetting?: ZoneAwareLoadBalancerSetting
  /** @deprecated by `warmup`. */
  readonly warmupDurationSecs?: string
  /** New hosts get their share step by step. */
  readonly warmup?: Warmup
}

/** The same client property leads to the same host. */
export interface ConsistentHashLb {
  /** Request header whose value chooses the host. */
  readonly httpHeaderName?: string
  readonly httpCookie?: HttpCookie
  /** Whether the address of the client chooses the host. */
  readonly useSourceIp?: boolean
  /** Query parameter whose value chooses the host. */
  readonly httpQueryParameterName?: string
  readonly ringHash?: RingHash
  readonly maglev?: Maglev
  /** @deprecated by `ringHash.minimumRingSize`. */
  readonly minimumRingSize?: number
}

/** A cookie; made if the client has none and a time to live is given. */
export interface HttpCookie {
  /** Name of the cookie. */
  readonly name: string
  /** Path of the cookie. */
  readonly path?: string
  /** `0s` makes a session cookie. */
  readonly ttl?: string
  /** Further attributes of a cookie that is made. */
  readonly attributes?: readonly CookieAttribute[]
}

/** An attribute of a cookie, e.g. SameSite. */
export interface CookieAttribute {
  /** Name of the attribute. */
  readonly name: string
  /** Value of the attribute; absent for a flag. */
  readonly value?: string
}

/** Ring hashing. */
export interface RingHash {
  /** Default 1024. */
  readonly minimumRingSize?: number
}

/** Maglev hashing. */
export interface Maglev {
  /** A prime number below 5000011; default 65537. */
  readonly tableSize?: number
}

/** Weights from load reports. */
export interface BackendUtilizationLb {
  /** Share of the error rate that counts as load. */
  readonly errorUtilizationPenaltyPercent?: number
  /** Metrics of the report that stand for utilization where it has no application utilization. */
  readonly metricNamesForComputingUtilization?: readonly string[]
  /** Age at which a weight is forgotten. */
  readonly weightExpirationPeriod?: string
  /** Time a host must have reported before its weight counts. */
  readonly weightStabilizationPeriod?: string
  /** Time between two computations of weights. */
  readonly weightUpdatePeriod?: string
}

/** Slow start of new hosts. */
export interface Warmup {
  /** Time until a new host has its full share. */
  readonly duration: string
  /** Share at the beginning; default 10. */
  readonly minimumPercent?: number
  /** How fast the share grows; default 1, linear. */
  readonly aggression?: number
}

/** Schema of {@link LoadBalancerSettings}. */
export const loadBalancer = (): Field<LoadBalancerSettings> =>
  message<LoadBalancerSettings>(
    {
      backendUtilization: backendUtilization(),
      consistentHash: consistentHash(),
      localityLbSetting: localityLb(),
      simple: enumeration(['UNSPECIFIED', 'LEAST_CONN', 'RANDOM', 'PASSTHROUGH', 'ROUND_ROBIN', 'LEAST_REQUEST']),
      warmup: message<Warmup>(
        { aggression: nullable(double({ minimum: 0 })), duration: duration(), minimumPercent: nullable(double({ minimum: 0, maximum: 100 })) },
        { required: ['duration'] },
      ),
      warmupDurationSecs: duration(),
      zoneAwareLbSetting: zoneAwareLb(),
    },
    { oneOf: [['simple', 'consistentHash', 'backendUtilization']] },
  )

const consistentHash = (): Field<ConsistentHashLb> =>
  message<ConsistentHashLb>(
    {
      httpCookie: message<HttpCookie>(
        {
          attributes: list(message<CookieAttribute>({ name: text(), value: text() }, { required: ['name'] })),
          name: text(),
          path: text(),
          ttl: plainDuration(),
        },
        { required: ['name'] },
      ),
      httpHeaderName: text(),
      httpQueryParameterName: text(),
      maglev: message<Maglev>({ tableSize: uint64() }),
      minimumRingSize: uint64(),
      ringHash: message<RingHash>({ minimumRingSize: uint64() }),
      useSourceIp: bool(),
    },
    {
      oneOf: [
        ['httpHeaderName', 'httpCookie', 'useSourceIp', 'httpQueryParameterName'],
        ['ringHash', 'maglev'],
      ],
    },
  )

const backendUtilization = (): Field<BackendUtilizationLb> =>
  message<BackendUtilizationLb>({
    errorUtilizationPenaltyPercent: uint32(),
    metricNamesForComputingUtilization: list(text()),
    weightExpirationPeriod: plainDuration(),
    weightStabilizationPeriod: plainDuration(),
    weightUpdatePeriod: plainDuration(),
  })
