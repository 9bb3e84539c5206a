// Requests over HTTP/2, one connection each: JSON from standard input, a list
// of { method, path, headers, body }, and a list of answers to output.

import http2 from 'node:http2';

const [origin] = process.argv.slice(2);


function ask({ method, path, headers, body }) {
    return new Promise((resolve, reject) => {
        const session = http2.connect(origin);
        const stream = session.request({ ':method': method, ':path': path,
                                         ...headers });
        const answer = { headers: {}, content: '' };

        session.on('error', reject);
        stream.on('error', reject);
        stream.on('response', (head) => {
            answer.status = head[':status'];
            answer.headers = head;
        });
        stream.setEncoding('utf8');
        stream.on('data', (text) => { answer.content += text; });
        stream.on('end', () => {
            session.destroy();
            resolve(answer);
        });
        stream.end(body ?? undefined);
    });
}


let text = '';

for await (const chunk of process.stdin) {
    text += chunk;
}

const answers = [];

for (const request of JSON.parse(text)) {
    answers.push(await ask(request));
}

console.log(JSON.stringify(answers));
