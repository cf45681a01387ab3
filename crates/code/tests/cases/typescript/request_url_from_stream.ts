import type { DynamoDBStreamEvent } from 'aws-lambda';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import axios, { AxiosInstance } from 'axios';

const http: AxiosInstance = axios.create({ timeout: 3000 });

export const handler = async (event: DynamoDBStreamEvent): Promise<void> => {
  for (const { dynamodb } of event.Records) {
    const item = unmarshall(dynamodb!.NewImage as any);
    await http.post(item.callback, { id: item.id }); // flow: request
  }
};
