const express = require('express');
const serverless = require('serverless-http');
const { Pool } = require('pg');

const app = express();
const pool = new Pool();
app.use(express.json());

app.get('/users/:id', async (req, res) => {
  const { rows } = await pool.query('SELECT * FROM users WHERE id = $1', [req.params.id]);
  res.json(rows);
});

app.get('/users', async (req, res) => {
  const { rows } = await pool.query(`SELECT * FROM users WHERE name LIKE '%${req.query.name}%'`); // flow: sql
  res.json(rows);
});

app.get('/hello', (req, res) => {
  res.send('<h1>Hello ' + req.query.name + '</h1>'); // flow: html
});

app.get('/leave', (req, res) => res.redirect(req.query.to)); // flow: redirect

module.exports.handler = serverless(app);
