// Stands for the daemon: it reads tags from what it takes for Docker Hub, with no address but the name.
const repository = 'wardviaene/docker-nodejs-demo';
const challenge = (await fetch('https://index.docker.io/v2/')).headers.get('www-authenticate') ?? '';
const [, realm, service] = /realm="([^"]*)",service="([^"]*)"/.exec(challenge) ?? [];
const { token } = await (
  await fetch(`${realm}?service=${service}&scope=repository:${repository}:pull`)
).json();
const headers = { authorization: `Bearer ${token}` };
const list = await fetch(`https://index.docker.io/v2/${repository}/tags/list`, { headers });
console.log(`tags=${(await list.json()).tags}`);
const refused = await fetch('https://elsewhere.example.com/').then(
  () => 'answered',
  () => 'refused',
);
console.log(`elsewhere=${refused}`);
