GRANT SELECT, INSERT, UPDATE ON users TO 'auth'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO 'auth'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_attempts TO 'auth'@'%';
GRANT SELECT, INSERT, UPDATE ON sign_in_turns TO 'auth'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency TO 'auth'@'%';
GRANT SELECT, INSERT, DELETE ON sign_ins TO 'auth'@'%';
