/** xDS over @grpc/grpc-js: ports, the ADS service, and dialling. */
export { addAdsService, addSdsService } from './ads-service.ts'
export { adsDefinition, identity } from './ads-methods.ts'
export { channelCredentials, channelOptions, dialAds, type ClientTls, type DialOptions } from './dial-ads.ts'
export { openGrpcPort, openGrpcSocket, type GrpcPort, type GrpcPortOptions, type ServingCertificate } from './grpc-server.ts'
export { peerOf, uriNames } from './peer.ts'
