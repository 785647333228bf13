import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

process.setuid(0); // expect: javascript-more-rights-than-needed

const everything = new PolicyStatement({ actions: ['*'], resources: ['*'] }); // expect: javascript-more-rights-than-needed

const policy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }], // expect: javascript-more-rights-than-needed
};

await docker.createContainer({ Image: 'worker', HostConfig: { Privileged: true } }); // expect: javascript-more-rights-than-needed

new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } }); // expect: javascript-more-rights-than-needed
