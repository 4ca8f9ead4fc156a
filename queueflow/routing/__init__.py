"""Deciding: the hospital's own tables turn a patient into candidate clinics, a priority and a balance; pure."""
