/* Starts an heir, waits until it has taken over, or goes on as before. */
#include "fcgi/service/upgrade.h"

#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/sandbox/docker.h"
#include "fcgi/service/handover.h"
#include "fcgi/service/places.h"

#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TAKE_MAX_MS 10000 /* for an heir that is warm to take charge */

void upgrade_open(struct upgrade *upgrade)
{
        ssize_t size = readlink("/proc/self/exe", upgrade->binary, sizeof(upgrade->binary) - 1);
        upgrade->binary[size > 0 ? size : 0] = '\0';
}

void upgrade_ask(struct upgrade *upgrade)
{
        upgrade->asked = true;
}

static void write_note(struct upgrade *upgrade, const struct crew *crew, enum reload_state state)
{
        const char *run_dir = crew->nursery.config->settings->run_dir;
        upgrade->outcome.state = state;
        reload_note_write_file(run_dir, RELOAD_NOTE_UPGRADE, &upgrade->outcome);
}

static void fail(struct upgrade *upgrade, struct crew *crew, const char *why)
{
        struct error err = {0};
        const struct settings *settings = crew->nursery.config->settings;
        upgrade->heir = 0;
        upgrade->failures++;
        io_close(&crew->nursery.heir_fd);
        places_forget_spared(settings, &crew->nursery);
        crew_spare(crew, DOCKER_SPARE_NONE);
        if (upgrade->granted && places_claim(settings, &crew->nursery, &err))
                log_error("upgrade.not_claimed", LOG_S("error", err.text));
        upgrade->granted = false;
        snprintf(upgrade->outcome.why, sizeof(upgrade->outcome.why), "%s", why);
        log_error("upgrade.failed", LOG_S("why", why), LOG_S("advice", "the process of before goes on"));
        write_note(upgrade, crew, RELOAD_FAILED);
}

static void begin(struct upgrade *upgrade, struct crew *crew, int64_t now_ms)
{
        struct error err = {0};
        const struct nursery *nursery = &crew->nursery;
        struct bequest bequest = {.binary = upgrade->binary,
                .config_path = nursery->config->path,
                .run_dir = nursery->config->settings->run_dir,
                /* Of the other half of the user ids; and no socket of one that failed is in its way. */
                .generation = nursery->generation + 1 + 2 * upgrade->failures,
                .elder = nursery->generation,
                .fastcgi_fd = nursery->fastcgi_fd,
                .control_fd = nursery->control_fd,
                .pid_fd = nursery->pid_fd};
        upgrade->asked = false;
        upgrade->until_ms = now_ms + HANDOVER_MAX_MS;
        reload_note_read_file(bequest.run_dir, RELOAD_NOTE_UPGRADE, &upgrade->outcome);
        upgrade->outcome.number++;
        write_note(upgrade, crew, RELOAD_RUNNING);
        log_info("upgrade.begun", LOG_S("binary", upgrade->binary), LOG_I("generation", bequest.generation));
        /* Before there is a container of the next generation. */
        crew_spare(crew, bequest.generation);
        upgrade->heir = handover_begin(&bequest, &crew->nursery.heir_fd, &err);
        if (upgrade->heir < 0)
                fail(upgrade, crew, err.text);
}

static void grant(struct upgrade *upgrade, struct crew *crew, int64_t now_ms)
{
        struct error err = {0};
        upgrade->granted = true;
        upgrade->until_ms = now_ms + TAKE_MAX_MS;
        if (handover_tell(crew->nursery.heir_fd, HANDOVER_GO, &err))
                fail(upgrade, crew, err.text);
}

/* Killed, an heir cannot take charge after all; its broker removes its sandboxes, as whenever that happens.
 */
static void give_up(struct upgrade *upgrade, struct crew *crew)
{
        kill(upgrade->heir, SIGKILL);
        fail(upgrade, crew,
                upgrade->granted ? "the new process does not take over"
                                 : "the new process was not ready in time");
}

/* The line stays open to this process's end: that is what the heir takes its end from. It has just
 * spoken: its number is still its own. */
static void taken(struct upgrade *upgrade, struct crew *crew)
{
        upgrade->done = true;
        crew->nursery.heir_process_fd = (int)syscall(SYS_pidfd_open, upgrade->heir, 0);
        log_info("upgrade.done", LOG_I("heir", upgrade->heir));
        write_note(upgrade, crew, RELOAD_OK);
}

static void hear(struct upgrade *upgrade, struct crew *crew, int64_t now_ms)
{
        enum handover_word word = handover_hear(crew->nursery.heir_fd);
        if (word == HANDOVER_TAKEN && upgrade->granted) {
                taken(upgrade, crew);
        } else if (word == HANDOVER_WARM && !upgrade->granted) {
                grant(upgrade, crew, now_ms);
        } else if (word == HANDOVER_ENDED) {
                fail(upgrade, crew, "the new process ended; the log tells why");
        } else if (now_ms >= upgrade->until_ms) {
                give_up(upgrade, crew);
        }
}

void upgrade_settle(struct upgrade *upgrade, struct crew *crew, bool free_to_begin, int64_t now_ms)
{
        if (upgrade->heir && !upgrade->done)
                hear(upgrade, crew, now_ms);
        if (upgrade->asked && !upgrade->heir && free_to_begin)
                begin(upgrade, crew, now_ms);
}

void upgrade_tell_for_the_dead(const char *run_dir)
{
        struct reload_outcome outcome;
        reload_note_read_file(run_dir, RELOAD_NOTE_UPGRADE, &outcome);
        if (outcome.state != RELOAD_RUNNING)
                return;
        outcome.state = RELOAD_OK;
        reload_note_write_file(run_dir, RELOAD_NOTE_UPGRADE, &outcome);
}

bool upgrade_withdraw(struct upgrade *upgrade)
{
        bool asked = upgrade->asked;
        upgrade->asked = false;
        return asked;
}

/* One that was let has requests, and would hurry if a signal were its second: a terminal's Ctrl-C goes to
 * both processes. Once it has taken over, nobody sees either whether the number is still its own. One that
 * was not let may be whatever stands in the binary's place, and not listen. */
void upgrade_stop(struct upgrade *upgrade, const struct crew *crew)
{
        upgrade->asked = false;
        if (upgrade->heir && upgrade->granted)
                handover_tell(crew->nursery.heir_fd, HANDOVER_END, NULL);
        else if (upgrade->heir)
                kill(upgrade->heir, SIGTERM);
}

void upgrade_hear_end(struct upgrade *upgrade, struct crew *crew)
{
        if (!upgrade->heir || upgrade->done)
                return;
        enum handover_word word = handover_hear(crew->nursery.heir_fd);
        if (word == HANDOVER_TAKEN && upgrade->granted) {
                taken(upgrade, crew);
        } else if (word == HANDOVER_ENDED) {
                upgrade->heir = 0;
                io_close(&crew->nursery.heir_fd);
        }
}

bool upgrade_heir_lives(const struct crew *crew)
{
        struct pollfd heir = {.fd = crew->nursery.heir_process_fd, .events = POLLIN};
        return heir.fd >= 0 && io_poll(&heir, 1, 0) == 0;
}
