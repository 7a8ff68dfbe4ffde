GRANT SELECT, INSERT, UPDATE ON users TO 'billing'@'%';
GRANT SELECT, INSERT, UPDATE ON payouts TO 'billing'@'%';
GRANT SELECT, INSERT, UPDATE ON attempts TO 'billing'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox TO 'billing'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency TO 'billing'@'%';
GRANT SELECT, INSERT ON outbox TO 'billing'@'%';
GRANT SELECT, UPDATE, DELETE ON outbox TO 'outbox'@'%';
