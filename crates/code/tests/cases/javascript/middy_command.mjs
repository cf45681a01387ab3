import middy from '@middy/core';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import { execSync } from 'node:child_process';

const baseHandler = async (event) => {
  const { name } = event.body;
  return { statusCode: 200, body: execSync(`id ${name}`).toString() }; // flow: command
};

export const handler = middy(baseHandler).use(httpJsonBodyParser());
