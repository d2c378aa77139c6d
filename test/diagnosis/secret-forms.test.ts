/** What each finder takes for a secret: what stands between « and », and nothing else. */
import { describe, expect, test } from '@jest/globals'
import { secretAssignments, secretFlags } from '../../src/diagnosis/secret-assignments.ts'
import { secretArguments } from '../../src/diagnosis/secret-commands.ts'
import { secretsBesideIds } from '../../src/diagnosis/secret-pairs.ts'
import { secretsByPattern } from '../../src/diagnosis/secret-patterns.ts'
import { secretsInProse } from '../../src/diagnosis/secret-prose.ts'
import { type Span, united, withoutSpans } from '../../src/diagnosis/span.ts'

/** A test for each text: what the finder takes out of it is what is marked in it. */
function finds(finder: (text: string) => readonly Span[], marked: readonly string[]): void {
  test.each(marked)('%j', (text) => {
    const plain = text.replaceAll(/[«»]/g, '')
    expect(withoutSpans(plain, united(finder(plain)))).toBe(text.replaceAll(/«[^»]*»/gs, '***'))
  })
}

const word = (length: number, letters = 'aB3dE5gH7') =>
  letters.repeat(Math.ceil(length / letters.length)).slice(0, length)

describe('on command lines', () => {
  finds(secretArguments, [
    ...['-u', '-U', '-E', '-su', '-sSLu', '--user', '--proxy-user', '--cert'].map(
      (flag) => `curl ${flag} ann:«x» https://h`,
    ),
    ...['-u', '-U', '-E', '--user=', '--proxy-user=', '--cert='].map((flag) => `curl ${flag}ann:«x» https://h`),
    'curl --users ann:x -s ann:x --xuser ann:x --user-x ann:x -u1 ann:x https://h',
    'curl -u ann https://h:80',
    'curl -u ann: https://h',
    'curl -u :«x» https://h',
    'curl -u -x ann:x',
    'curl -u "ann:«two words»" https://h',
    "curl -u 'ann:«two words»' https://h",
    'curl -u `ann:«two words»` https://h',
    'curl -u "ann:«a \\" b»" https://h',
    'curl -u"ann:«two words»" https://h',
    'curl "-uann:«two words»" https://h',
    'curl -u "ann:«open»',
    '/usr/bin/curl -u ann:«x»',
    '["curl", "-u", "ann:«x»", "https://h"]',
    "['curl', '-u', 'ann:«x»']",
    '(curl -u ann:«x»)',
    '{curl -u ann:«x»}',
    'curl -u ann:«x»; wget -u ann:x',
    'curl -u ann:«x» && wget -u ann:x | y -u ann:x',
    'curl -u ann:«x»\nwget -u ann:x',
    'curl -u\nann:x',
    'curl https://h -o x; ls -u ann:x',
    ...['http', 'https', 'xh'].flatMap((name) => [
      `${name} -a ann:«x» h`,
      `${name} --auth ann:«x» h`,
      `${name} --auth=ann:«x» h`,
    ]),
    'http -ab ann:x --authx ann:x x-a ann:x x--auth=ann:x h',
    'http -aann:«x» h',
    ...['docker', 'podman', 'nerdctl', 'buildah', 'helm', 'oras', 'crane', 'az', 'oc', 'skopeo'].flatMap((name) => [
      `${name} login -u ann -p «x» h`,
      `${name} run -p 8080:80`,
    ]),
    'helm registry login -u ann -p «x»',
    'docker login -p«x» h',
    'docker login -p=«x» h',
    'docker login --p x h -xp y',
    'skopeo copy --src-creds ann:«x» --dest-creds ann:«y» --creds ann:«z» a b',
    'skopeo copy --src-creds=ann:«x» --dest-creds=ann:«y» --creds=ann:«z» a b',
    'skopeo copy --xcreds ann:x --credsx ann:x --x-creds=ann:x a b',
    'skopeo login --creds ann:«x» -p «y»',
    ...'mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck mysqlbinlog mysqlsh mariadb mariadb-dump mariadb-admin'
      .split(' ')
      .map((name) => `${name} -u ann -p«x» -p shop`),
    'mysql -xpy --px',
    ...'mongo mongosh mongodump mongorestore mongoexport mongoimport sshpass cqlsh cypher-shell rabbitmqadmin'
      .split(' ')
      .map((name) => `${name} -u ann -p «x» h`),
    ...['redis-cli', 'redis-benchmark', 'valkey-cli'].map((name) => `${name} -p 6379 -a «x» -ax y --a z`),
    ...'ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldappasswd'
      .split(' ')
      .map((name) => `${name} -D cn=a -w «x» -x`),
    'ldapsearch -w«x» y-w z -W',
    ...'sqlcmd bcp mosquitto_pub mosquitto_sub zip unzip'.split(' ').map((name) => `${name} -U ann -P «x» -p 80`),
    'zip -P«x» y-P z',
    ...['7z', '7za'].map((name) => `${name} a -p«x» a.7z -p b`),
    'lftp -u ann,«x» h -ux ann,y',
    'lftp -u ann h',
    'smbclient -U ann%«x» //h/s -Ux ann%y',
    ...['ssh', 'scp', 'sftp', 'rsync'].map((name) => `sshpass -p «x» ${name} -p 22 ann@h`),
    'my-curl -u ann:x curl-x -u ann:x',
    'x.curl -u ann:x',
    'constructor -u ann:x',
    'wget -u ann:«hunter2»',
    'wget --user ann:«hunter2» --proxy-user ann:«hunter3»',
    'wget --user ann:hunter -u 1000:1000 --users ann:hunter2 -uu ann:hunter2 -uann:hunter2',
    'nothing of that kind: ann:hunter2',
  ])
})

describe('in sentences', () => {
  finds(secretsInProse, [
    'the password is «hunter2» now',
    ...['is', 'are', 'was', 'were', 'set to', 'changed to', 'reset to', 'is now', 'is:', 'was now:'].map(
      (verb) => `the token ${verb} «hunter2» here`,
    ),
    'the token becomes hunter2',
    'the password for ann is «hunter2».',
    'the password of user ann was «hunter2».',
    'the password for the user ann is «hunter2».',
    'the password for ann and bob is hunter2',
    'the "password" is «hunter2», `token` is «hunter3», (token) is «hunter4», [token] is «hunter5»',
    'password\t«hunter2»',
    'password -> «hunter2»',
    'password --> «hunter2»',
    'password ---> hunter2',
    'password → «hunter2»',
    'token   →   «hunter2»',
    'token->«hunter2»',
    'token\t\tis hunter2',
    ...['password', 'passwd', 'passphrase', 'passcode', 'pwd', 'psk', 'my_token', 'PASSWORD'].map(
      (name) => `with ${name} «hunter2» now`,
    ),
    'with token hunter2, my-token hunter2, passwords hunter2, x.token hunter2',
    'with password hunter',
    'the API key is «hunter2» and the connection string was «hunter3»',
    'the door key is hunter2 and the string is hunter2',
    'the host is hunter2',
    'password',
    'password is',
    'tokens: hunter2',
    'x=password is «hunter2»',
  ])
})

describe('beside an id', () => {
  const id = 'AKIAIOSFODNN7EXAMPLE'
  const key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
  const account = `AC${word(32, '0123456789abcdef')}`
  const token = word(32, 'fedcba9876543210')
  finds(secretsBesideIds, [
    `${id} «${key}»`,
    `${id.replace('AKIA', 'ASIA')}:«${key}»`,
    `«${key}» belongs to ${id}`,
    `${id}${' '.repeat(80)}«${key}»`,
    `${id}${' '.repeat(81)}${key}`,
    `${key}${' '.repeat(81)}${id}`,
    `«${key}»${' '.repeat(80)}${id}`,
    `x${id} «${key}»`,
    `X${id} ${key}`,
    `${id}X ${key}`,
    `1${id} ${key}`,
    `${id} ${key}x ${key}= x${key} =${key}`,
    `${id} ${word(40, '0123456789abcdef')}`,
    `${id} «${word(39, '0123456789abcdef')}A»`,
    `(${id}) ("«${key}»")`,
    `${key} alone, and AKIA alone`,
    `${account}:«${token}»`,
    `«${token}» ${account}`,
    `${account} ${token}0 A${token} ${token.slice(1)}`,
    `x${account} ${token}`,
    `${account}0 ${token}`,
    `${token} alone with AC`,
  ])
})

describe('behind flags', () => {
  finds(secretFlags, [
    'x --password «abc» y',
    'x -password «abc» y',
    'x --db-password   «abc» y',
    'x --password    abc y',
    'x --password\t«abc» y',
    'x --db.password_x «abc»',
    '["x", "--password", «"abc"», "y"]',
    `["x", "--password",${' '.repeat(20)}«"abc"»]`,
    `["x", "--password",${' '.repeat(21)}"abc"]`,
    "['x', '--password', «'abc'»]",
    '["--password", abc]',
    'x --password -y --token --z',
    'x --user abc --9password abc',
    'x---password abc x--password abc x-password abc',
    'x --password is wrong',
    'x --password "is" wrong',
  ])
})

describe('assigned', () => {
  finds(secretAssignments, [
    'DB_PASSWORD=«abc» next',
    'DB_PASSWORD = «abc» next',
    `DB_PASSWORD${' '.repeat(20)}=${' '.repeat(20)}«abc» next`,
    'DB_PASSWORD==«abc» DB_PASSWORD===«def» TOKEN:=«ghi» TOKEN=>«jkl» TOKEN: «mno» token:«xyz1»',
    '"token": «"abc"», \'token\': «\'abc\'», `token`=«abc», [token]=«abc», ["token"]=«abc»',
    'DB_USER=abc user: abc',
    'max-token=«abc» x.token=«abc» -token=«abc»',
    'token::abc x::token::abc',
    'PASS: one test, DB_PASS: «abc», PASS=«abc»',
    'the API key: «abc», api key=«abc», door key: abc, the keys: abc, api keyx: abc',
    ...'access secret private signing encryption auth license licence account master shared client app'
      .split(' ')
      .map((owner) => `the ${owner} key: «abc»`),
    'the connection string: «abc», a string: abc, my connection strings: abc, xconnection string: «abc»',
    'connections string: abc, connection stringx: abc, (api key: «abc»)',
    '"auth": «"YW5uOmV4YW1wbGU="», auth=«YW5uOmV4YW1wbGU=», auth: «YW5uOng», auth: abcd, auth=none, xauth: YW5uOng=',
    'auth: OmV4YW1wbGU= auth: YW5uOg==',
    'token: arn:aws:x:1, token=arn:aws-cn:x:1, token="arn:aws:x" token: unexpected status, token: unexpected',
    'secret: "unexpected status from GET", x_token=«xarn:aws:x»',
    'arn:aws:secretsmanager:eu-west-1:1:secret:db-password:password:AWSCURRENT; password:«y1»',
    'arn:aws-us-gov:x:token:abc,token:«abc» xarn:aws:x:password:«abc»',
    'tokens=512 tokens=«512x» tokens=«512.5» tokens: 12, token=«512», tokens=«1234567890»',
    'PWD=/app OLDPWD=/app PWD=«app» XPWD=«/app» pwd=/x PWDX=«abc»',
    'pin=13 pin=«4711» otp: 26, otp=«123456» sim_pin="12" sim_pin=«"4711"» pin=high pin=«a123» pin=abcd totp=«ab1c»',
    'Server=db;Password=«abc»;Database=shop',
    'x?token=«abc»&y=1',
    '{"password": null, "token": true, "secret": ""}',
    'token: expired, token=«"expired"», token=«expired»',
    'required secret: STRIPE_KEY, a secret: «STRIPE»',
    'the secret: STRIPE_KEY. The secret:  «STRIPE_KEYx»',
    'secret: «STRIPE_KEY»',
    'image/user-token:v2 session-token:2.1 x/token:1.2.3-alpine y-token:latest z-token:stable, token:«2x»',
    'token:v1.2@sha256 token:v1.2~x token:«latestx» token:v2-rc.1" token:1',
    'secret://vault/x token:«/x»',
    'repo/token:abc, repo/token:«a+c» repo/token:«ab!» token:«abc»',
    'secret-service.internal:8443 token.example.com:sub x.token.io:abc token.examplex:«abc»',
    'secret-host:8443, secret-host:«84434x» secret.host:1 secret-host:«123456» Secret-Host:8443 my-token:8443',
    'token.actions.githubusercontent.com:aud',
    'token:\n  «"x"»',
    'token:v12, token:v1.22, token:v1.2.33, token:12.3, token:1.22, token:1.2.33, token:v1.2-rc.1;',
    'my-secret.svc:8443, svc.my-token:«8443», My.svc-token.Svc:«8443», token.svc:84',
    'api key: «abcdef12», my key: abcdef12, a string: abcdef12, connection string: «abcdef12»',
    'OLDPWD=/var/x, PWD=/x, MYPWD=«/x1», PWDX=«/x1», PWD=«x1y2»',
    'pin=12, pin=«1234», pins=12345, mypinned=1234',
    'my-cvc:«123», cvv:«123», a-token:1234, token:«1234», a_token:«1234», my-pin:12',
    'required secret: STRIPE_KEY, required secret: «STRIPE», required secret: STRIPE_KEYS2',
  ])
})

describe('on the lines below', () => {
  finds(secretAssignments, [
    'password:\n  «abc»\nuser: ann',
    'password:\r\n  «abc»\r\nuser: ann',
    'password:\nabc\n',
    'password:\n  abc def\n',
    'password:\n  user: ann\n  abc:\n  abc{\n',
    'password:\n  - abc\n  # abc\n',
    'password:\n  {abc\n',
    '  password:\n  abc\n',
    '  password:\n   «abc»\n',
    '- password:\n  abc\n',
    '- password:\n   «abc»',
    '"password":\n «"abc"»\n',
    '"password":\n«"abc"»\n',
    'password:\n"abc"\n',
    'password:\n «"abc"»\n',
    '"password":\n "expired"\n',
    'the password:\n  hello\n',
    'the password:\n  «hunter2»\n',
    'password: |\n  «an\n  example»\nuser: ann',
    'password: >-\n  «an\n\n  example»\n\nuser: ann',
    'password: |+2  \n  «an\n   example»\nuser: ann',
    'password: |\nnothing\n',
    ' password: |\n x y',
    ' password: >\n  «x»\n y',
    'password: «|x»\n  abc',
    '- password: |\n    «a1\n    b2»\n- x: y',
  ])
})

describe('as a pair', () => {
  finds(secretAssignments, [
    '{"name":"API_TOKEN","value":«"x"»}',
    '{"value":«"x"»,"name":"API_TOKEN"}',
    '{"Name":"API_TOKEN","Type":"String","Value":«"x"»}',
    '{"key":"API_TOKEN","value":«"x"»}',
    '{"names":"API_TOKEN","value":"x"}',
    '{"xname":"API_TOKEN","value":"x"}',
    '{"name":"API_TOKEN","values":"x"}',
    '{"name":"API_TOKEN","xvalue":"x"}',
    '{"name":"API_USER","value":"x"}',
    '{"name":"API_TOKEN"},{"value":"x"}',
    '{"value":"x"},{"name":"API_TOKEN"}',
    '{"token":{"value":«"x"»}}',
    '{"token":{"a":{"value":"x"}}}',
    '{"user":{"value":"x"}}',
    'name: API_TOKEN\nvalue: «x»',
    `{"name":"API_TOKEN","description":"${word(360)}","value":«"x"»}`,
    `{"name":"API_TOKEN","description":"${word(400)}","value":"x"}`,
    'value: x, name: one, name: API_USER',
    '[{"name":"A_TOKEN","value":«"x"»},{"name":"USER","value":"y"}]',
  ])
})

describe('by their look', () => {
  const upper = 'AKIAIOSFODNN7EXAMPLE'
  finds(secretsByPattern, [
    ...'ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- gloas- gldt- glrt- glcbt- glptt- glft- glsoat- xoxb- xoxp- xapp-'
      .split(' ')
      .flatMap((start) => [`a ${start}«${word(10)}» b`, `a ${start}${word(9)} b`, `x${start}${word(20)}`]),
    ...'dckr_pat_ dckr_oat_ hvs. hvb. hvr. sk_live_ rk_live_ sk_test_ whsec_ shpat_ shpca_ shppa_ shpss_ dop_v1_ doo_v1_ dor_v1_'
      .split(' ')
      .map((start) => `a "${start}«${word(10)}»" b`),
    ...'sbp_ lin_api_ sntrys_ sntryu_ dp.pt. dp.st. dp.ct. dp.sa. figd_ gsk_ nvapi- PMAK- NRAK-'
      .split(' ')
      .map((start) => `a ${start}«${word(10)}.-_» b`),
    `xoxe.xoxp-«${word(10)}» xoxe.xoxp-${word(9)}`,
    `AGE-SECRET-KEY-1«${word(20, 'QPZRY9')}»`,
    ...['tkn', 'pw', 'oauth'].map((kind) => `pscale_${kind}_«${word(12)}»`),
    `${upper.slice(0, 4)}«${upper.slice(4)}» x${upper.slice(0, 4)}«${upper.slice(4)}» X${upper} ${upper}X ASIA«${upper.slice(4)}»`,
    `«IQoJb3JpZ2lu${word(20)}» «FwoGZXIvYXdz${word(20)}» «FQoGZXIvYXdz${word(20)}==» IQoJb3JpZ2lu${word(19)}`,
    'a «eyJhbGciOiJI.eyJzdWIiOiIx.c2ln» b «eyJhbGciOiJI.eyJzdWIiOiIx» c eyJhbGc.eyJzdWIiOiIx eyJhbGciOiJI',
    `a x-«eyJhbGciOiJI.eyJzdWIiOiIx.c2ln.x.y» b «eyJhbGciOiJI.eyJzdWIiOiIx..»`,
    `SK«${word(32, '0123456789abcdef')}» xSK${word(32, '0123456789abcdef')} SK${word(33, '0123456789abcdef')}`,
    ...['npm_', 'hf_', 'r8_'].flatMap((start) => [
      `a ${start}«${word(10)}» b`,
      `a ${start}«${'a'.repeat(20)}» b`,
      `a ${start}${'a'.repeat(19)} b ${start}aB3 x${start}${word(10)} -${start}${word(10)} ${start}${word(10)}-x`,
      `a ${start}«${'a'.repeat(10)}1» b`,
    ]),
    ...['pypi-', 'sk-'].flatMap((start) => [
      `a ${start}«${word(16)}» b`,
      `a ${start}«proj-${word(16)}» b`,
      `a ${start}${word(15)} b ${start}${'a'.repeat(30)} x${start}${word(16)} -${start}${word(16)}`,
    ]),
    `AIza«${word(20)}» SG.«${word(20)}.x» ya29.«${word(20)}-_» AIza${word(19)} xAIza${word(20)}`,
    'a hooks.slack.com/«services/T0/B0/x» b https://hooks.slack-gov.com/«x»',
    'discord.com/api/webhooks/«1/x» discordapp.com/api/v10/webhooks/«1/x-@:_»',
    'x.webhook.office.com/webhookb2/«a@b/IncomingWebhook/c» api.telegram.org/bot«1:x/send»',
    'postgres://app:«s3cr3t»@db:5432/app postgres://app:«p@ss:word»@db/x',
    'http://a:80/x@y http://a:8080/?x@y http://a:80#x@y http://a:65535 x@y http://a:«801234»@y',
    `http://:«x»@h a://«${word(20)}»@h b://${word(19)}@h`,
    'see http://h/x and ann@example.com',
    "'postgres://app:«x»@db' <a://b:«x»@h> a://b:x y@h",
    'app:«x»@tcp(h) app:«x»@unix(/s) app:«x»@cloudsql(h)',
    'app:«a@b»@udp(h) app:x@foo(h) app:x@tcp h',
    'x?X-Amz-Signature=«a»&X-Amz-Credential=«b»&X-Amz-Security-Token=«c»&sig=«d»&signature=«e»&key=«f»&code=«g»&z=h',
    'x?sigx=a&xkey=b "y?code=«c»" sig=d ?CODE=«e»',
    'Authorization: Bearer «abc def, x»',
    'authorization: «ApiKey abc»',
    '"Authorization":"Basic «abc»", "Proxy-Authorization" : "«abc»"',
    'authorization=«abc»\nnext',
    "Authorization: 'Digest «abc»' next",
    ...['Bearer', 'Basic', 'Digest', 'Token', 'Splunk', 'ApiKey', 'Negotiate'].map(
      (scheme) => `Authorization ${scheme} «abc-1» x`,
    ),
    'Authorization Other abc xAuthorization Basic abc',
    'Cookie: «a=b; c=d»\nnext',
    '"set-cookie" = "«a=b»" cookies: a xcookie: a',
    ...['Bearer', 'bearer', 'BEARER', 'Basic', 'basic', 'BASIC', 'Splunk'].map(
      (scheme) => `with ${scheme}   «abc.def1» now`,
    ),
    'Bearer authentication is used, Basic authentication, Bearer abc1 Bearer «Aauth.entication1» xBearer abcdefg1',
    'Bearer «abcdefgh-ij» Basic «QWxhZGRpbjpv=» bearer tokens.',
    '<password>«x»</password> <db:password>«x y»</db:password> <user>x</user> <password></password> <password> x</password>',
    '<property><name>db.password</name><value>«x»</value></property><name>db.user</name><value>x</value>',
    '<key>db.password</key>\n  <string>«x»</string>',
    "ALTER USER app IDENTIFIED BY «'x'» WITH PASSWORD «'y z'» PASSWORD x identified  by  «'z'»",
    'requirepass «x» masterauth «y» bindpw «z» rootpw «w» xrequirepass x requirepassx y',
    'machine h login ann password «x» default login ann password «y» machine h login ann account x',
    'db.example.com:5432:shop:ann:«x» *:*:*:*:«x» 10.0.0.1:5432:shop:ann:«x» 1:5432:shop:ann:x db:54:shop:ann:x',
    'a "h:5432:*:ann:«x»" bh:5432:shop:ann',
    'a «-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----» b',
    'a «-----BEGIN PGP PRIVATE KEY BLOCK-----\nabc»',
    'a -----BEGIN PUBLIC KEY-----\nabc',
    `«${word(64)}\n${word(20)}\n-----END RSA PRIVATE KEY-----» next`,
    `${word(59)}\nnext`,
    `${word(64, '0123456789abcdef')}\nnext`,
  ])
})
