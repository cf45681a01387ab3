import { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { execSync } from 'child_process';

interface Job {
  name: string;
  size?: number;
}

export const handler = async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
  const job = JSON.parse(event.body ?? '{}') as Job;
  const output = execSync(`/opt/bin/build ${job.name}`).toString(); // flow: command
  return { statusCode: 200, body: output };
};
