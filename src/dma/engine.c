/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which engines there are, and what is the same for all of them. */
#include "dma/engine.h"

#include <errno.h>

#include "util/random.h"

static const struct engine_ops *const engines[] = { &edu_engine, &nvme_engine, NULL };

const struct engine_ops *find_engine(const struct device *device)
{
	for (size_t i = 0; engines[i]; i++)
		if (engines[i]->match(device))
			return engines[i];
	return NULL;
}

static int fail_enable(const struct vfio_device *opened, const char *what, int code,
		       struct error *err)
{
	const char *name = opened->device->name;

	return fail(err, code, "%s: its %s could not be enabled; it may be gone: lspci -s %s", name,
		    what, name);
}

int engine_start(struct engine *engine, const struct engine_ops *ops, struct vfio_device *opened,
		 struct engine_memory memory, struct error *err)
{
	int code;

	*engine = (struct engine){ .ops = ops, .opened = opened, .memory = memory };
	code = vfio_command_change(opened, COMMAND_MEMORY, 0);
	return code < 0 ? fail_enable(opened, "memory", code, err) : ops->init(engine, err);
}

int engine_be_master(struct engine *engine, struct error *err)
{
	int code = vfio_command_change(engine->opened, COMMAND_MASTER, 0);

	return code < 0 ? fail_enable(engine->opened, "bus mastering", code, err) : 0;
}

void engine_stop(struct engine *engine)
{
	if (!engine->ops)
		return;
	engine->ops->fini(engine);
	bar_view_close(&engine->registers);
	/* Whatever it still had to do ends here. Where it has no reset the kernel does what it can
	 * when the device is closed. */
	vfio_command_change(engine->opened, 0, COMMAND_MASTER);
	vfio_device_reset(engine->opened);
	*engine = (struct engine){ 0 };
}

/* Return: @code, after it was noted whether the device is lost. */
static int note_lost(struct engine *engine, int code)
{
	if (code == -ETIMEDOUT || code == -ENODEV)
		engine->is_lost = true;
	return code;
}

static int refuse_lost(const struct engine *engine, struct error *err)
{
	return fail(err, -ENODEV, "%s: it did not answer before, and is not asked again",
		    engine->opened ? engine->opened->device->name : "the engine");
}

int engine_send(struct engine *engine, struct iova to, uint8_t *bytes, size_t size,
		struct error *err)
{
	engine->has_asked = false;
	if (!engine->ops || engine->is_lost)
		return refuse_lost(engine, err);
	return note_lost(engine, engine->ops->send(engine, to, bytes, size, err));
}

ssize_t engine_fetch(struct engine *engine, struct iova from, const uint8_t *there, uint8_t *got,
		     size_t size, struct error *err)
{
	ssize_t nr;

	engine->has_asked = false;
	if (!engine->ops || engine->is_lost)
		return refuse_lost(engine, err);
	nr = engine->ops->fetch(engine, from, there, got, size, err);
	if (nr < 0)
		note_lost(engine, (int)nr);
	return nr;
}

void engine_compose(struct engine *engine, uint8_t *bytes, size_t size)
{
	if (engine->ops->compose)
		engine->ops->compose(engine, bytes, size);
	else
		random_bytes(bytes, size);
}

int loan_begin(struct loan *loan, struct vfio_device *opened, struct error *err)
{
	const struct engine_ops *ops = find_engine(opened->device);
	int code;

	*loan = (struct loan){ .opened = opened };
	if (!ops || !ops->lend)
		return fail(err, -ENXIO, "%s: no engine of ours has a buffer in it",
			    opened->device->name);
	code = vfio_command_change(opened, COMMAND_MEMORY, 0);
	if (code < 0)
		return fail(err, code, "%s: its memory could not be enabled", opened->device->name);
	code = ops->lend(loan, err);
	if (code == 0)
		loan->ops = ops;
	return code;
}

void loan_end(struct loan *loan)
{
	if (loan->ops)
		loan->ops->take_back(loan);
	*loan = (struct loan){ 0 };
}
