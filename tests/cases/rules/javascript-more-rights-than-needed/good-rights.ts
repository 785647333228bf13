import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

process.setuid('worker');

const read = new PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] });

const refuse = { Effect: 'Deny', Action: '*', Resource: '*' };

await docker.createContainer({ Image: 'worker', HostConfig: { Privileged: false } });

new BrowserWindow({ webPreferences: { nodeIntegration: false, contextIsolation: true } });
