const express = require('express');
const serverless = require('serverless-http');
const path = require('path');

const app = express();
const router = express.Router();

router.get('/file/:name', (req, res) => {
  res.sendFile(req.params.name, { root: path.join(__dirname, 'public') });
});
router.post('/echo', express.json(), (req, res) => {
  res.json({ received: req.body });
});
router.get('/home', (req, res) => res.redirect('/'));

app.use('/api', router);
exports.handler = serverless(app);
