// Loaded before the command, as root, when the secrets have been read: from here on it is the service's user.
process.initgroups('answerback', 'answerback');
process.setgid('answerback');
process.setuid('answerback');
