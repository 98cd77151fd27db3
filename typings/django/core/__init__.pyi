# Written against Django 5.2.
