/** Findings of the policy kinds: security, telemetry and extensions. */
import type { Finding } from '../../diagnostics.ts'

const error = (code: string, message: string, remedy: string): Finding => ({ code, severity: 'error', message, remedy })
const warning = (code: string, message: string, remedy: string): Finding => ({ code, severity: 'warning', message, remedy })

/** One function per finding. Messages keep the words of Istio's webhook where people search for them. */
export const policyDiagnostics = {
  severalAttachments: (): Finding =>
    error('MESH0150', 'only one of targetRefs or workloadSelector can be set.', 'Keep selector for pods, or targetRefs for gateways and services.'),
  emptySelector: (): Finding =>
    warning('MESH0151', 'workload selector specified without labels; it selects every workload of the namespace.', 'Leave selector out, or add matchLabels.'),
  selectorLabel: (what: string, label: string): Finding =>
    error('MESH0152', `${what} is not supported in selector: ${JSON.stringify(label)}.`, 'Write each label in full.'),
  targetName: (): Finding => error('MESH0153', 'targetRef name must be set.', 'Name the target.'),
  targetNamespace: (): Finding =>
    error('MESH0153', 'targetRef namespace must not be set; cross namespace referencing is not supported.', "Put the policy into the target's namespace."),
  targetKind: (group: string, kind: string): Finding =>
    error(
      'MESH0153',
      `targetRef must be to one of Service, networking.istio.io/ServiceEntry, gateway.networking.k8s.io/Gateway or gateway.networking.k8s.io/GatewayClass but was ${group}/${kind}.`,
      'Choose one of these kinds.',
    ),
  annotation: (name: string, reason: string): Finding => error('MESH0154', `annotation ${name} ${reason}.`, 'Remove the annotation.'),
  dryRunValue: (value: string): Finding =>
    error('MESH0154', `annotation istio.io/dry-run with invalid value (${value}).`, 'Write "true" or "false".'),

  rulesMissing: (action: string): Finding =>
    error('MESH0155', `${action} action without \`rules\` is meaningless as it will never be triggered.`, 'Add an empty rule `{}` if it is meant for every request.'),
  providerMissing: (): Finding => error('MESH0156', '`provider.name` must not be empty.', 'Name an extension provider of MeshConfig.'),
  providerNotCustom: (action: string): Finding =>
    error('MESH0156', `\`provider\` must not be with non CUSTOM action, found ${action}.`, 'Remove provider, or write action: CUSTOM.'),
  notWithCustom: (what: string): Finding =>
    error('MESH0157', `${what} is currently not supported with CUSTOM action.`, 'Leave it to the external authorizer, or use another action.'),
  emptyPart: (what: string): Finding => error('MESH0158', `\`${what}\` must not be empty.`, `Remove ${what}, or fill it in.`),
  emptyValue: (): Finding => error('MESH0158', 'empty value not allowed.', 'Remove the empty value.'),
  badIp: (value: string): Finding => error('MESH0159', `bad IP address or CIDR range (${value}).`, 'Write an address such as 10.0.0.1, or a range such as 10.0.0.0/8.'),
  badPort: (value: string): Finding => error('MESH0160', `bad port (${value}).`, 'Write a number from 0 to 65535.'),
  pathTemplate: (value: string): Finding =>
    error('MESH0161', `invalid or unsupported path template ${JSON.stringify(value)}.`, 'Use only {*} for one segment and a final {**} for the rest.'),
  conditionKey: (): Finding => error('MESH0162', '`key` must not be empty.', 'Name an attribute, e.g. source.ip.'),
  conditionValues: (key: string): Finding =>
    error('MESH0162', `at least one of \`values\` or \`notValues\` must be set for key ${key}.`, 'Add values.'),
  conditionAttribute: (key: string, reason: string): Finding => error('MESH0162', `condition ${key}: ${reason}.`, 'See the conditions that an AuthorizationPolicy knows.'),
  deniesTcp: (): Finding =>
    warning(
      'MESH0163',
      'configured AuthorizationPolicy will deny all traffic to TCP ports under its scope due to the use of only HTTP attributes in a DENY rule.',
      'Name the ports that the rule is meant for.',
    ),
  serviceAccountsMixed: (): Finding =>
    error('MESH0164', 'cannot set serviceAccounts with namespaces or principals.', 'Use two sources, or one of the two forms.'),
  serviceAccount: (value: string): Finding =>
    error('MESH0164', `invalid service account ${JSON.stringify(value)}.`, 'Write <namespace>/<name> or <name>, at most 320 characters.'),
  tooManyServiceAccounts: (): Finding => error('MESH0164', 'a source has at most 16 service accounts.', 'Use several sources, or namespaces.'),

  jwtIssuer: (): Finding => error('MESH0165', 'issuer or jwksUri must be non-empty string.', 'Name the issuer of the tokens.'),
  jwksUri: (value: string): Finding => error('MESH0166', `jwksUri ${JSON.stringify(value)} is no http or https URL.`, 'Write a URL such as https://issuer.example/jwks.'),
  jwks: (reason: string): Finding => error('MESH0167', `jwks parse error: ${reason}.`, 'Write a JSON Web Key Set (RFC 7517).'),
  jwksPrivate: (): Finding =>
    warning('MESH0168', 'jwks holds a private or symmetric key, and every reader of this object can sign tokens with it.', 'Put only public keys here, and replace the key.'),
  emptyName: (what: string): Finding => error('MESH0169', `${what} must be non-empty string.`, 'Write the name.'),
  headerName: (value: string): Finding => error('MESH0170', `header name ${JSON.stringify(value)} is not valid.`, 'Use letters, digits, "-" and "_".'),
  duration: (value: string): Finding => error('MESH0171', `duration ${value} must be at least 1ms and have no more than ms precision.`, 'Write a duration such as 5s.'),

  portLevelMtlsScope: (): Finding =>
    error('MESH0172', 'mesh/namespace peer authentication cannot have port level mTLS.', 'Add a selector with matchLabels.'),
  portLevelMtlsEmpty: (): Finding => error('MESH0172', 'port level mTLS, if defined, must have at least one element.', 'Add a port, or remove portLevelMtls.'),
  portLevelMtlsPort: (port: string): Finding => error('MESH0172', `port must be in range 1..65535, found ${port}.`, 'Write the port of the workload.'),

  providerName: (): Finding => error('MESH0173', 'providers.name may not be empty.', 'Name an extension provider of MeshConfig.'),
  several: (what: string): Finding => warning('MESH0174', `multiple ${what} is not currently supported; the first one counts.`, 'Keep one.'),
  tag: (message: string): Finding => error('MESH0175', `${message}.`, 'Give the tag a name and a value.'),
  filterExpression: (reason: string): Finding => error('MESH0176', `must be a valid CEL expression, ${reason}.`, 'Correct the expression.'),
  sampling: (): Finding => error('MESH0176', 'randomSamplingPercentage must be in range [0.0, 100.0].', 'Write a percentage.'),

  pluginUrl: (message: string): Finding => error('MESH0177', `${message}.`, 'Write an oci://, https://, http:// or file:// URL.'),
  pluginText: (message: string): Finding => error('MESH0178', `${message}.`, 'Correct the value.'),
  pluginEnv: (message: string): Finding => error('MESH0179', `${message}.`, 'Give each variable its own name, and a value or valueFrom: HOST.'),
} as const
