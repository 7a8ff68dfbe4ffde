GRANT SELECT, INSERT, UPDATE ON accounts TO 'accounts'@'%';
GRANT SELECT, INSERT ON transactions TO 'accounts'@'%';
GRANT SELECT, INSERT, UPDATE ON day_totals TO 'accounts'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox TO 'accounts'@'%';
GRANT SELECT, INSERT, UPDATE ON days TO 'accounts'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency TO 'accounts'@'%';
GRANT SELECT, INSERT ON outbox TO 'accounts'@'%';
GRANT SELECT, UPDATE, DELETE ON outbox TO 'outbox'@'%';
