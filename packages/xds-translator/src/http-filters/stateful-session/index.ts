/** `stateful_session`: keeps a client on one endpoint by a cookie or header; what to use stands on each virtual host. */
import type { VirtualHost } from '@istio-ts/mesh-model'
import { typed, type Message } from '../../wire/message.ts'
import { extension, type NamedExtension } from '../../wire/named-extension.ts'

const NAME = 'envoy.filters.http.stateful_session'

/** The filter without a default of its own. */
export const STATEFUL_SESSION: NamedExtension = extension(NAME, typed('envoy.extensions.filters.http.stateful_session.v3.StatefulSession'))

/** Per-virtual-host config. */
export const statefulSessionConfig = (session: NonNullable<VirtualHost['stickySession']>): Message => ({
  [NAME]: typed('envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute', { statefulSession: { sessionState: session.kind === 'cookie'
    ? extension('envoy.http.stateful_session.cookie', typed('envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState', { cookie: { name: session.name, path: session.path } }))
    : extension('envoy.http.stateful_session.header', typed('envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState', { name: session.name })) } }),
})
