/*
 * A certificate for the name "peer" until 2120, which also signs itself, and
 * its key. Made by
 *   openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes
 *     -subj /CN=peer -addext subjectAltName=DNS:peer
 *     -addext basicConstraints=critical,CA:TRUE
 *     -not_before 20200101000000Z -not_after 21200101000000Z
 */
#ifndef WEFT_TESTS_TLS_IDENTITY_H
#define WEFT_TESTS_TLS_IDENTITY_H

static const char identity_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBhjCCASygAwIBAgIUWEbZRQ9w+2fR9jgho8jxk2fgof8wCgYIKoZIzj0EAwIw\n"
    "DzENMAsGA1UEAwwEcGVlcjAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAw\n"
    "MFowDzENMAsGA1UEAwwEcGVlcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDH7\n"
    "bYDzirfNHfcnAbl++RM1r88nX2Ei+UOlI44i9Rj2A4YuqrAMxnQLNrRpEpeIt0v3\n"
    "LuhG2DXDGxyltwtbL3OjZDBiMB0GA1UdDgQWBBTDV3zEH2OcbJEoCAVyaE9rddVa\n"
    "QDAfBgNVHSMEGDAWgBTDV3zEH2OcbJEoCAVyaE9rddVaQDAPBgNVHREECDAGggRw\n"
    "ZWVyMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgNowHJ+KTlGhm\n"
    "VMd12KahedZ/KLMHeo17/Ln5QUoR1QkCIQCveljX0MGTVrpYUOp5ctE+TsASRAOd\n"
    "QRQKq44iM6j+Uw==\n"
    "-----END CERTIFICATE-----\n";

static const char identity_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8ARst1fgtmmGj1Zq\n"
    "RdNmOPhcPqJWsEmSVZs5bZivKbmhRANCAAQx+22A84q3zR33JwG5fvkTNa/PJ19h\n"
    "IvlDpSOOIvUY9gOGLqqwDMZ0Cza0aRKXiLdL9y7oRtg1wxscpbcLWy9z\n"
    "-----END PRIVATE KEY-----\n";

#endif
