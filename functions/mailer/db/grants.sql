GRANT SELECT, INSERT, UPDATE ON mails TO 'mailer'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox TO 'mailer'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency TO 'mailer'@'%';
