'use strict';
// A WhatsApp webhook as a careful user would write it: check the signature over the raw bytes, store the body, queue a
// job for it, answer 200. What a worker would do with the job is not measured, here or in the product.
const { createHmac, timingSafeEqual } = require('node:crypto');
const { Queue } = require('bullmq');
const express = require('express');
const Redis = require('ioredis');
const { Pool } = require('pg');

const SECRET = process.env.APP_SECRET;
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 20 });
const connection = new (Redis.Redis ?? Redis)(process.env.REDIS_URL, { maxRetriesPerRequest: null });
const queue = new Queue('webhooks', { connection, defaultJobOptions: { attempts: 5, removeOnComplete: true } });

const STORE = {
  name: 'store', // a name makes pg prepare the statement once for each connection
  text: 'INSERT INTO webhook_event (body, received_at) VALUES ($1, now()) RETURNING id',
};

function isSigned(body, header) {
  if (!Buffer.isBuffer(body) || typeof header !== 'string') return false;
  const given = Buffer.from(header);
  const wanted = Buffer.from('sha256=' + createHmac('sha256', SECRET).update(body).digest('hex'));
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

const app = express();
app.disable('x-powered-by');
app.disable('etag');

app.post('/webhook', express.raw({ type: '*/*', limit: '4mb' }), async (request, response) => {
  if (!isSigned(request.body, request.get('x-hub-signature-256'))) return response.sendStatus(401);
  const stored = await pool.query({ ...STORE, values: [request.body] });
  await queue.add('event', { id: stored.rows[0].id });
  return response.sendStatus(200);
});

app.get('/health', (_request, response) => response.sendStatus(200));

async function main() {
  await pool.query(`CREATE TABLE IF NOT EXISTS webhook_event (
    id bigserial PRIMARY KEY, body bytea NOT NULL, received_at timestamptz NOT NULL, processed_at timestamptz)`);
  await queue.waitUntilReady();
  app.listen(Number(process.env.PORT), '127.0.0.1');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
