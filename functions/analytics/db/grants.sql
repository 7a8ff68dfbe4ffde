GRANT SELECT, INSERT ON facts TO 'analytics'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON dates TO 'analytics'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON user_days TO 'analytics'@'%';
GRANT SELECT, INSERT, UPDATE ON turns TO 'analytics'@'%';
GRANT SELECT, INSERT, UPDATE ON rebuilds TO 'analytics'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox TO 'analytics'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency TO 'analytics'@'%';
