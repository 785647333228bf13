const mysql = require('mysql2');

const connection = mysql.createConnection({
  host: 'localhost',
  user: 'root',
  password: 'Summer2024!', // expect: javascript-hardcoded-credential
});

const API_KEY = 'k9d8f7s6a5q4w3e2'; // expect: javascript-hardcoded-credential
const adminPassword = process.env.ADMIN_PASSWORD || 'letmein-2024'; // expect: javascript-hardcoded-credential
